"""The plan's side of the house: people and their roles, plans, the ledger, reminders, evidence, reports."""
