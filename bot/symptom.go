package bot

// A Symptom is what a checkup of a platform found of one thing: that it is well,
// or what is wrong with it and what to do.
type Symptom struct {
	Of    string // the setting, permission or channel
	Says  string
	Wrong bool
	Do    string // "" when there is nothing to do
}
