"""The pages of practice: pupils', teachers', and the mock portal."""
