"""`sop plan` killed at many moments: the tables hold the old plan or the new one, whole."""
