//! What people say of themselves, and what becomes of it: on both databases.
mod address;
mod companies;
mod data;
mod merged;
mod notices;
mod saved;
mod viewing;
