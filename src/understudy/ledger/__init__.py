"""Ledger: what changes while requests run. One process needs only memory; replicas will share it by other engines."""
