//! What was typed, before it means anything: values, each with its line or its variable.
//!
//! [`tree`] reads the file, [`variables`] the environment and `.env`; [`overlay`] lays these over it, [`expand`] puts them into its texts, and
//! [`env_only`] makes one of them alone. [`keys`] are all that there are, [`shape`] what may stand behind each. A [`section`] is one
//! table of it, for whoever reads what it means.

pub(super) mod env_only;
pub(super) mod expand;
pub mod keys;
pub(super) mod overlay;
pub(super) mod section;
pub(super) mod shape;
pub(super) mod tree;
pub(super) mod variables;
