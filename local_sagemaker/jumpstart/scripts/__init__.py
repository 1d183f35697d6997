"""Our own training and inference scripts, with the contract of AWS's JumpStart tabular scripts.

They run inside containers: each is packed into a ``sourcedir.tar.gz``, without folders, together with the modules that
it imports.
"""
