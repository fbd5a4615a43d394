"""From a shop's files and databases to raw tables: sources, contract, loaders, mappings."""
