package handlers

import (
	"fmt"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// shownCase is the id of the case in a reply that belongs to none. A press of
// one of its choices finds nothing.
const shownCase = "00000000-0000-7000-8000-000000000000"

// Present returns what the desk says to someone who asked by command and got d:
// the reply as a platform would get it, of a case that is not recorded. d is
// that of a text which stands for itself.
func Present(d *knowledge.Diagnosis) bot.Reply {
	c := storage.Case{ID: shownCase, Private: true, State: storage.Open}
	conclude(&c, d)
	t := turn{policy: defaultPolicy}
	r := t.present(d, &c, direct(d))
	r.Audience = bot.ToPerson
	var leaked []string
	told := map[string]bool{}
	for _, x := range d.Redactions {
		if x.Revoke != "" && !told[x.Placeholder] && len(leaked) < maxWarned {
			told[x.Placeholder] = true
			leaked = append(leaked, fmt.Sprintf("%s (line %d): %s", x.Placeholder, x.Line, x.Revoke))
		}
	}
	r.Sections = appendList(r.Sections, say.secret, leaked, false)
	return r
}
