"""Operations: safe SQLMesh runs, the published copy, the cycle that calls the parts in order."""
