"""Jobs: what happens later. They drain the spool into the books, judge pairs, and let parity decide; a request never
waits for them."""
