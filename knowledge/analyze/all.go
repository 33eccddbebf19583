package analyze

// All returns every analyzer. The order is that in which their Conclude
// functions run: clock and oauth1 read what the others stated.
func All() []Analyzer {
	return []Analyzer{
		productAnalyzer(),
		httpAnalyzer(),
		tokenKindAnalyzer(),
		bearerAnalyzer(),
		oauth2Analyzer(),
		oauth1Analyzer(),
	}
}
