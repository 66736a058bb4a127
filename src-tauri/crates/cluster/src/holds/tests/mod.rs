mod left;
mod leftovers;
mod model;
mod others;
mod scenario;
mod walk;
