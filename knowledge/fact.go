package knowledge

// A Fact is a typed value read out of a paste; package analyze holds the
// vocabulary.
type Fact struct {
	Name, Value string
	Start, End  int // offsets in the cleaned document's buffer; -1 when derived, answered or from an earlier message
	message     int // how many messages ago it was read; 0: this one
	line        int // logical line, in this or that message; anywhere when it has none
}
