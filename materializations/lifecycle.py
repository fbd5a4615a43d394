"""Installs the safe writes and the contracts: SQLMesh imports this folder before anything else."""

from operate.contracts import attach
from operate.guard import install

install()
attach.install()
