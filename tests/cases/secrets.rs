//! What a case or an example keeps secret holds a word that the tests look for in all that hoist says.

use crate::support::canary;
use crate::support::scenario::root;

#[test]
fn every_secret_of_a_folder_holds_a_word_that_nothing_may_tell() {
    let mut count = 0;
    for parent in ["tests/cases/cli", "tests/cases/inspect", "examples"] {
        for folder in std::fs::read_dir(root().join(parent)).expect("the folder").flatten() {
            for (place, value) in canary::secrets_of(&folder.path()) {
                assert!(canary::is_in(&value), "{place} holds none of {:?}", canary::WORDS);
                count += 1;
            }
        }
    }
    assert!(count >= 10, "only {count} secrets");
}
