//! Owner words, epochs, claims, revocation and atomic blocks: the software transactional memory under Orochi.
