"""May this feature move to its next phase? From staging through Experimental to general."""
