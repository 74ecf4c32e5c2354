"""One module per stage of the chain, thin: read a partition, call the layer below, return it."""
