"""The rules the input and the plan must satisfy: pure functions over frames."""
