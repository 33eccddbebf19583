package relational

// LeaseSQL is what rows to send are picked by.
var LeaseSQL = leaseSQL
