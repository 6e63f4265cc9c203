"""Follow-up questions: what they mean after what was asked before."""
