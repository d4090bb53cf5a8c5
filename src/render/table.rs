//! [`Table`]: columns that line up.

use super::width::{columns, cut, pad, tame};

/// Blanks between columns.
const GAP: usize = 3;
/// A column is not cut below this.
const NARROWEST: usize = 8;

/// Rows under a heading.
#[derive(Debug, Clone)]
pub struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new<T: Into<String>>(heading: impl IntoIterator<Item = T>) -> Self {
        Self { heading: heading.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) -> &mut Self {
        self.rows.push(cells.into_iter().map(|cell| tame(&cell.into())).collect());
        self
    }

    /// The lines, each ended. No line ends in blanks.
    pub fn render(&self) -> String {
        self.within(None)
    }

    /// The lines, each ended; where there is a limit, the widest columns are cut until lines fit.
    pub fn within(&self, limit: Option<usize>) -> String {
        let widths = self.widths(limit);
        let mut out = String::new();
        for row in std::iter::once(&self.heading).chain(&self.rows) {
            let cells = row.iter().zip(&widths).map(|(cell, width)| pad(&cut(cell, *width), *width));
            out.push_str(cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end());
            out.push('\n');
        }
        out
    }

    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let widest = |index: usize| {
            let cells = std::iter::once(&self.heading).chain(&self.rows).filter_map(|row| row.get(index));
            cells.map(|cell| columns(cell)).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..self.heading.len()).map(widest).collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        while limit.is_some_and(|limit| widths.iter().sum::<usize>() + gaps > limit) {
            match widths.iter_mut().max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["NAME", "IMAGE", "STATUS"]);
        table.row(["web", "ghcr.io/example/web:1.2.3", "running"]).row(["database", "postgres", ""]);
        table
    }

    #[test]
    fn columns_line_up_and_lines_end_without_blanks() {
        let expected = "\
NAME       IMAGE                       STATUS
web        ghcr.io/example/web:1.2.3   running
database   postgres
";
        assert_eq!(table().render(), expected);
    }

    #[test]
    fn the_widest_column_gives_way_on_a_narrow_terminal() {
        let expected = "\
NAME       IMAGE           STATUS
web        ghcr.io/exam…   running
database   postgres
";
        assert_eq!(table().within(Some(34)), expected);
    }
}
