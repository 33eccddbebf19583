package knowledge

// A Question asks a person for one fact. It is written as
// questions/<fact>.yaml and belongs to the fact, not to a failure mode: every
// failure mode whose conditions use the fact shares it.
type Question struct {
	Fact    string    `yaml:"fact" json:"fact"`                           // a name of the vocabulary of facts; the file's name without .yaml
	Text    string    `yaml:"text" json:"text"`                           // one sentence that ends in a question mark
	How     string    `yaml:"how,omitempty" json:"how,omitempty"`         // where a person finds the answer, when no failure mode says it better
	Choices []Choice  `yaml:"choices,omitempty" json:"choices,omitempty"` // the buttons, at most five, likeliest first; none when the answer is typed
	Reads   []Reading `yaml:"reads,omitempty" json:"reads,omitempty"`     // how typed or pasted text is read as the answer; tried in order on every line
}

// A Choice is one answer that can be picked.
type Choice struct {
	Value string `yaml:"value" json:"value"` // the fact's value
	Label string `yaml:"label" json:"label"` // what the button says, ≤ 40 characters
}

// A Reading turns a line of an answer (what somebody typed, or the output of a
// query or a command) into a value of the fact. Regexp is RE2 on one line with
// case folded. The value is Value or, where that is empty, what the group
// called "value" matched, in lower case. The first reading that matches on any
// line decides; text that none of them matches is no answer.
type Reading struct {
	Regexp string `yaml:"regexp" json:"regexp"`
	Value  string `yaml:"value,omitempty" json:"value,omitempty"`
}
