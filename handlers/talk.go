package handlers

import (
	"strings"
	"unicode"
)

// talk reports whether a message is a greeting, thanks or an acknowledgement:
// nothing but such words, in a line.
func talk(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' })
	if len(words) > 12 || len(text) > 200 {
		return false
	}
	said := 0
	for _, w := range words {
		switch {
		case small[w]:
		case courtesy[w]:
			said++
		default:
			return false
		}
	}
	return said > 0 || len(words) == 0
}

// courtesy are words of which a message that says nothing else is made.
var courtesy = set("hi hello hey yo morning afternoon evening night thanks thank thx ty cheers welcome ok okay k great nice cool perfect awesome good fine " +
	"sure yes yep yeah no nope bye goodbye ciao sorry please lol haha ack noted done works worked working solved fixed helped understood np merci danke gracias obrigado grazie hola hallo bonjour salut super top")

// small are words that go with them.
var small = set("a all and it its it's i'm i you your for so very much the that this to too again everyone everybody team folks guys there now me my we us of on in is was are be got will do did has have just really lot many may see later have bit one you're that's looking into let's know moin")

func set(words string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		all[w] = true
	}
	return all
}
