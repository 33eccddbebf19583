package knowledge

import (
	"authfix/knowledge/clean"
	"authfix/knowledge/redact"
)

// learn makes the redactor know the secrets that were found. What a joined view
// shows from the same place on as the line itself is the same secret: the whole
// of what the line's end cut, or run together with the line behind it.
func (p *paste) learn() {
	var begun map[[2]int]string // line and offset in it → the secret that begins there
	for i, f := range p.secrets {
		kind, secret := redact.Rules()[f.Rule].Kind, p.doc.Text[f.Start:f.End]
		if p.doc.Rows[p.doc.RowAt(f.Start)].View != clean.Joined {
			p.redactor.Learn(kind, secret)
			continue
		}
		if begun == nil {
			begun = make(map[[2]int]string, i)
			for _, g := range p.secrets[:i] {
				if spans := p.doc.Spans(g.Start, g.End); len(spans) > 0 {
					begun[[2]int{spans[0].Line, spans[0].Start}] = p.doc.Text[g.Start:g.End]
				}
			}
		}
		if spans := p.doc.Spans(f.Start, f.End); len(spans) > 0 {
			if known, ok := begun[[2]int{spans[0].Line, spans[0].Start}]; ok {
				p.redactor.LearnAs(known, kind, secret)
				continue
			}
		}
		p.redactor.Learn(kind, secret)
	}
}
