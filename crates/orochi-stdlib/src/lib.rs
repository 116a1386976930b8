//! Native modules and the embedded pure-Python library of Orochi.
