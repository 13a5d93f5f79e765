//! What must not compile is in `cases`.
