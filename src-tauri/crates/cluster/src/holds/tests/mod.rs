mod model;
mod others;
mod scenario;
mod walk;
