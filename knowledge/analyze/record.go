package analyze

import "authfix/knowledge/clean"

// Records returns a function that gives the records of a document as analyzers
// read them: the plain lines of record i, then its decoded views. The document
// must not be empty; the function is not safe for concurrent use.
func Records(doc *clean.Document) func(i int) Record {
	var views [][]int // of each record; made at the first call
	return func(i int) Record {
		if views == nil {
			views = make([][]int, len(doc.Records))
			for n := doc.Plain; n < len(doc.Rows); n++ {
				r := doc.Rows[n].Record
				views[r] = append(views[r], n)
			}
		}
		rec := Record{Record: doc.Records[i]}
		rec.Rows = make([]Row, 0, rec.Last-rec.First+1+len(views[i]))
		for n := rec.First; n <= rec.Last; n++ {
			rec.Rows = append(rec.Rows, rowOf(doc, n))
		}
		for _, n := range views[i] {
			rec.Rows = append(rec.Rows, rowOf(doc, n))
		}
		return rec
	}
}

func rowOf(doc *clean.Document, n int) Row {
	r := &doc.Rows[n]
	return Row{Text: doc.Text[r.Start:r.End], Start: r.Start, First: r.First, View: r.View}
}
