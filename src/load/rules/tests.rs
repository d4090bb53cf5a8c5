//! What the table must be, whatever stands in it.

use super::*;

fn tables() -> Vec<&'static Table> {
    fn walk(attribute: &'static Attribute, found: &mut Vec<&'static Table>) {
        for kind in attribute.kinds {
            match kind {
                Kind::List(each) | Kind::Map(_, each) => walk(each, found),
                Kind::Table(table) if !found.iter().any(|known| known.what == table.what) => {
                    found.push(table);
                    table.rows.iter().for_each(|row| walk(row, found));
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(&PROJECT, &mut found);
    found
}

#[test]
fn rows_are_sorted_and_occur_once() {
    for table in tables() {
        let names: Vec<_> = table.rows.iter().map(|row| row.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted, "{}", table.what);
    }
}

#[test]
fn every_row_says_what_it_is() {
    for table in tables() {
        for row in table.rows {
            assert!(row.says.ends_with('.'), "{}.{}", table.what, row.name);
            assert!(!row.kinds.is_empty(), "{}.{}", table.what, row.name);
        }
    }
}
