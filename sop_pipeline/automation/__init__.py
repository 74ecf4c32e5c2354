"""When and for which scenarios the assets are materialised."""
