//! The product from outside: its command, its pages and its mails, through kills, faults and years. One binary, linked once.
mod adoption;
mod fan_out;
mod import;
mod kills;
mod mails;
mod model;
mod naming;
mod reference;
mod releases;
mod secrets;
mod stop;
mod welcome;
