"""The modules of AWS's toolkits that users' scripts import; AWS's images have them installed.

This folder is on the import path of training scripts and of inference code, behind the code itself, so that scripts
import each package by AWS's name. The packages only pass on to the modules of ``local_sagemaker.containers``.
"""
