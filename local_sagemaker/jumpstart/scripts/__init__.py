"""Training and inference scripts of ours, to the contract of AWS's JumpStart tabular scripts.

They run inside containers: each is packed, flat and with ``tabular.py`` beside it, into a ``sourcedir.tar.gz``.
"""
