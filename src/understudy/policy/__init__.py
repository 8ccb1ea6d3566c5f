"""Policy: who may do what. Pure: facts in, a caller or a fault out. Nothing is counted or looked up here."""
