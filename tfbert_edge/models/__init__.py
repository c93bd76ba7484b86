"""The Keras network: one functional encoder of plain layers that trains, prunes, quantizes and exports."""
