//! How a page of figures is made: plots, and tables between marks. Also for the benches of the whole.

pub mod marks;
pub mod plot;
pub mod whole;
