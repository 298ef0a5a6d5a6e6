"""The parts of the example's scene, one file each."""
