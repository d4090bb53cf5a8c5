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
    /// The columns that are left out, one after the other, before any is cut.
    dispensable: Vec<usize>,
}

impl Table {
    /// A table with these headings.
    pub fn new<T: Into<String>>(heading: impl IntoIterator<Item = T>) -> Self {
        let heading = heading.into_iter().map(Into::into).collect();
        Self { heading, rows: Vec::new(), dispensable: Vec::new() }
    }

    /// Where lines do not fit, these columns are left out, one after the other, before any is cut.
    #[must_use]
    pub fn without(mut self, dispensable: impl IntoIterator<Item = usize>) -> Self {
        self.dispensable = dispensable.into_iter().collect();
        self
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

    /// The lines, each ended; where there is a limit, columns are left out, and then the widest cut, until lines fit.
    pub fn within(&self, limit: Option<usize>) -> String {
        let mut shown: Vec<usize> = (0..self.heading.len()).collect();
        for column in &self.dispensable {
            if limit.is_some_and(|limit| self.breadth(&shown) > limit) {
                shown.retain(|one| one != column);
            }
        }
        let widths = self.widths(&shown, limit);
        let mut out = String::new();
        for row in std::iter::once(&self.heading).chain(&self.rows) {
            let cells = shown.iter().filter_map(|index| row.get(*index)).zip(&widths);
            let cells = cells.map(|(cell, width)| pad(&cut(cell, *width), *width));
            out.push_str(cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end());
            out.push('\n');
        }
        out
    }

    /// How wide these columns are, uncut.
    fn breadth(&self, shown: &[usize]) -> usize {
        shown.iter().map(|index| self.widest(*index)).sum::<usize>() + GAP * shown.len().saturating_sub(1)
    }

    fn widest(&self, index: usize) -> usize {
        let cells = std::iter::once(&self.heading).chain(&self.rows).filter_map(|row| row.get(index));
        cells.map(|cell| columns(cell)).max().unwrap_or(0)
    }

    fn widths(&self, shown: &[usize], limit: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = shown.iter().map(|index| self.widest(*index)).collect();
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
    fn what_is_dispensable_is_left_out_before_anything_is_cut() {
        let expected = "NAME       STATUS\nweb        running\ndatabase\n";
        assert_eq!(table().without([1]).within(Some(34)), expected);
        assert_eq!(table().without([1]).within(Some(100)), table().render());
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
