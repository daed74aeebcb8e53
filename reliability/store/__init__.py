"""What is done to the store of machine code, and what has to be right then."""
