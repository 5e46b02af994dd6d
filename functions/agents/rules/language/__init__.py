"""Reading what a spec says: folded words, segments of sentences, and who negates whom."""
