//! The conventions of our SQL, kept by a test and not by memory: `rules` asks the catalogue of a migrated database,
//! `sources` reads the files of `sql/`, `bodies` has every PL/pgSQL body checked. Each rule is shown to find a breach.

mod bodies;
mod rules;
mod sources;
