//! Values, object headers, allocation and the generational collector of Orochi.
