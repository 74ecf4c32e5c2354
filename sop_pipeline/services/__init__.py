"""What assets, past days and `sop solve` do alike: read and check a scenario, plan and check it.

Belongs here: the order of these steps, what is read for each, and what stops each. Does not belong
here: the rules (`validation`), the model (`planning`), how a run is recorded or a finding shown.
"""
