//! Ending processes by their ids: a program and all its descendants, and never anything else.

use std::process::{Child, Command, Stdio};

/// A helper program, such as a display server, that ends when this value is dropped.
pub struct Running(Child);

impl Running {
    /// Takes care of `child` from now on.
    pub fn new(child: Child) -> Self {
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end_tree(self.0.id());
        // Reaps it; it was told to end.
        let _ = self.0.wait();
    }
}

/// Ends the process `root` and its descendants.
pub fn end_tree(root: u32) {
    // Children first would let a parent start new ones: the whole list is read, then all are ended together.
    let ids: Vec<String> = tree(root, &table()).iter().map(u32::to_string).collect();
    if cfg!(windows) {
        quiet(Command::new("taskkill").args(["/T", "/F", "/PID", &root.to_string()]));
    } else {
        quiet(Command::new("kill").arg("-KILL").args(&ids));
    }
}

fn quiet(command: &mut Command) {
    // A process that ended in the meantime is what was wanted.
    let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Pairs of process and parent.
fn table() -> Vec<(u32, u32)> {
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=", "-o", "ppid="])
        .output();
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::parse);
            Some((words.next()?.ok()?, words.next()?.ok()?))
        })
        .collect()
}

fn tree(root: u32, table: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = table
            .iter()
            .filter(|(id, of)| *of == parent && !found.contains(id))
            .map(|(id, _)| *id);
        let children: Vec<u32> = children.collect();
        found.extend(children);
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::tree;

    #[test]
    fn a_tree_is_a_process_and_its_descendants_and_nobody_else() {
        let table = [(1, 0), (10, 1), (11, 10), (12, 11), (20, 1), (21, 20)];
        assert_eq!(tree(10, &table), [10, 11, 12]);
    }
}
