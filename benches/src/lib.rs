//! Measurements of plant-twin against bare limits, in one run.
