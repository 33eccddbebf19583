package bot

// A Command is something that a person can ask for by name. A platform that has
// menus of commands offers it there.
type Command struct {
	Name    string // one word, lower case, at most 32 letters
	Summary string // one line without a full stop, at most 100 characters
	Usage   string // what follows the name, such as ID or [PRODUCT]; "" for nothing
	Admin   bool   // some of it is for administrators alone
	Options []Option
}

// An Option is one part of what follows the name of a command. What is filled in
// becomes the text of the message, in the order of the options, parted by
// spaces; a file becomes one of its files.
type Option struct {
	Name     string // one word, lower case
	Summary  string // one line without a full stop, at most 100 characters
	Required bool
	File     bool     // it is an attachment
	Person   bool     // it is a person, who is mentioned in the text: <@ID>
	Channel  bool     // it is a channel, which is mentioned in the text: <#ID>
	Suggest  bool     // a [Suggester] completes it
	Choices  []string // all that can be filled in, at most 25; nil: any text
}
