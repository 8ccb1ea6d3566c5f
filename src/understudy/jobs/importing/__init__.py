"""What a team has measured elsewhere, read from its files into pairs. Files in, values out; no books here."""
