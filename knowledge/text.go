package knowledge

import "strings"

// oneLine joins a text that was folded in its YAML file into one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
