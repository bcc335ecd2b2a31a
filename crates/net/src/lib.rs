//! Door sign.
