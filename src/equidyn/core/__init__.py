"""What every study needs, whatever its data: params, store, training, measuring, engines. Names no domain."""
