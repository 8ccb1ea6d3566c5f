"""The bench of the router: recorded outcomes of real models, replayed. A simulation is called one."""
