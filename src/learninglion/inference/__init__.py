"""Language models, encoders and rerankers, each behind one protocol."""
