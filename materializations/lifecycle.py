"""Installs the safe writes before any run: SQLMesh imports this folder even when nothing is due."""

from operate.guard import install

install()
