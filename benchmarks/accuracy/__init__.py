"""How well isthmus tells abnormal rows from normal ones, beside the usual detectors."""
